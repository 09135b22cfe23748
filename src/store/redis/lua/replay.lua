-- Notes a value that may be used once: 1 new, 0 seen, -1 not known because it may have been used
-- before Redis began to remember, -2 the same and the marker was missing.
local held = redis.call('GET', KEYS[1])
-- A cluster's client may send a command again whose answer it lost: the same call is not a replay.
if held then return held == ARGV[1] and 1 or 0 end
local since, answer = redis.call('GET', KEYS[2]), -1
if not since then
    redis.call('SET', KEYS[2], ARGV[4])
    since, answer = ARGV[4], -2
end
if tonumber(ARGV[3]) <= tonumber(since) then return answer end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
