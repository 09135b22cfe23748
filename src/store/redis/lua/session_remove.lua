-- KEYS session; ARGV prefix of indexes, member, channel, kind
local session = read(KEYS[1])
if not session then return 0 end
local subject = redis.call('GETRANGE', KEYS[1], 76, 75 + session.subject)
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[3], ARGV[4] .. ARGV[2])
redis.call('ZREM', ARGV[1] .. '{' .. session.group .. '}:' .. subject, ARGV[2])
return 1
