-- KEYS session; ARGV now, old data, new data, member, channel, kind
if not live(read(KEYS[1]), tonumber(ARGV[1])) then return 0 end
local value = redis.call('GET', KEYS[1])
local at = data_at(value)
if string.sub(value, at) ~= ARGV[2] then return 1 end
if ARGV[2] == ARGV[3] then return 2 end
redis.call('SET', KEYS[1], string.sub(value, 1, at - 1) .. ARGV[3], 'KEEPTTL')
redis.pcall('PUBLISH', ARGV[5], ARGV[6] .. ARGV[4])
return 2
