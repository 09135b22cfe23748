-- Notes a use of a nonce: 1 new, 0 seen, -1 seen and the marker was missing.
-- The value: 128 bytes, a ring of bits for the last 1024 counts; the highest count in ten digits;
-- then a dash and the first cnonce, or nothing.
local count = tonumber(ARGV[1])
local head = redis.call('GETRANGE', KEYS[1], 128, 137)
if head == '' then
    local since, answer = redis.call('GET', KEYS[2]), 0
    if not since then
        redis.call('SET', KEYS[2], ARGV[4])
        since, answer = ARGV[4], -1
    end
    -- Made before Redis began to remember, so it may have been used.
    if tonumber(ARGV[3]) + 1 <= tonumber(since) then return answer end
    redis.call('SET', KEYS[1],
        string.rep('\0', 128) .. string.format('%010.0f', count) .. ARGV[6], 'PX', ARGV[5])
    redis.call('SETBIT', KEYS[1], count % 1024, 1)
    return 1
end
if ARGV[2] == '1' then return 0 end
local highest = tonumber(head)
if highest - count >= 1024 then return 0 end
if count > highest then
    -- Counts that fall out of the window leave their places to those that come in.
    if count - highest >= 1024 then
        redis.call('SETRANGE', KEYS[1], 0, string.rep('\0', 128))
    else
        for next = highest + 1, count do redis.call('SETBIT', KEYS[1], next % 1024, 0) end
    end
    redis.call('SETRANGE', KEYS[1], 128, string.format('%010.0f', count))
end
return 1 - redis.call('SETBIT', KEYS[1], count % 1024, 1)
