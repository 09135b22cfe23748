-- KEYS success, perhaps pair; ARGV when, for how long
-- Stored first: a Redis that is full does neither.
redis.call('SET', KEYS[1], '1 ' .. ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[2])
if KEYS[2] then redis.call('DEL', KEYS[2]) end
return 1
