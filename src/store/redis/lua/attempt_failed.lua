-- Counts a failure under each key. ARGV when, for how long
-- A value: how many, when the last was, for how long after that.
local at, found = tonumber(ARGV[1]), {}
for place, key in ipairs(KEYS) do
    local count, last, held = 0, at, redis.call('GET', key)
    if held then
        local many, since, keep = string.match(held, '^(%d+) (%d+) (%d+)$')
        if at < tonumber(since) + tonumber(keep) then
            -- Of machines whose clocks differ, the later one has seen the last failure.
            count, last = tonumber(many), math.max(tonumber(since), at)
        end
    end
    found[place] = string.format('%.0f %.0f ', math.min(count, 4294967294) + 1, last) .. ARGV[2]
    redis.call('SET', key, found[place], 'PX', ARGV[2])
end
return found
