-- Remembers a revocation; of two for one name, the stronger of each half.
local upto, ttl = ARGV[1], tonumber(ARGV[2])
local held = redis.call('GET', KEYS[1])
if held and tonumber(held) > tonumber(upto) then upto = held end
ttl = math.max(ttl, redis.call('PTTL', KEYS[1]))
redis.call('SET', KEYS[1], upto, 'PX', string.format('%.0f', ttl))
-- Who may not publish leaves it to others to forget in time.
redis.pcall('PUBLISH', ARGV[3], ARGV[4])
return 1
