-- KEYS session, index; ARGV record, ttl, now, ends, member, prefix of session keys
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
-- What has ended leaves the index: by its time, and by a look at a few of the others.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
for _, member in ipairs(redis.call('ZRANDMEMBER', KEYS[2], 4)) do
    if redis.call('EXISTS', place(ARGV[6], member)) == 0 then redis.call('ZREM', KEYS[2], member) end
end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5])
outlive(KEYS[2], tonumber(ARGV[4]) - tonumber(ARGV[3]))
return 1
