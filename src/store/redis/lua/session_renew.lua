-- KEYS old, new, index; ARGV record without its data, ttl, now, ends, old member, new member, renewed for, channel, kind
local session = read(KEYS[1])
if not live(session, tonumber(ARGV[3])) then return 0 end
local value = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[2], ARGV[1] .. string.sub(value, data_at(value)), 'PX', ARGV[2])
redis.call('SET', KEYS[1], 'R', 'PX', ARGV[7])
redis.call('ZREM', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[6])
outlive(KEYS[3], tonumber(ARGV[4]) - tonumber(ARGV[3]))
redis.pcall('PUBLISH', ARGV[8], ARGV[9] .. ARGV[5])
return 1
