-- KEYS session, index; ARGV record, ttl, now, ends, member, prefix of session keys, most, channel, kind
local now, most = tonumber(ARGV[3]), tonumber(ARGV[7])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
-- What has ended leaves the index: by its time, and by a look at a few of the others.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
for _, member in ipairs(redis.call('ZRANDMEMBER', KEYS[2], 4)) do
    if redis.call('EXISTS', place(ARGV[6], member)) == 0 then redis.call('ZREM', KEYS[2], member) end
end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5])
outlive(KEYS[2], tonumber(ARGV[4]) - now)
if redis.call('ZCARD', KEYS[2]) <= most then return 1 end
local others = {}
for _, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if member ~= ARGV[5] then
        local session = read(place(ARGV[6], member))
        if live(session, now) then
            others[#others + 1] = { active = session.active, member = member }
        else
            redis.call('ZREM', KEYS[2], member)
        end
    end
end
table.sort(others, function(one, other) return one.active < other.active end)
for at = 1, #others - most + 1 do
    local member = others[at].member
    redis.call('DEL', place(ARGV[6], member))
    redis.call('ZREM', KEYS[2], member)
    redis.pcall('PUBLISH', ARGV[8], ARGV[9] .. member)
end
return 1
