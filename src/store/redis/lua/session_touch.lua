-- KEYS session; ARGV active, now
local session = read(KEYS[1])
local active, now = tonumber(ARGV[1]), tonumber(ARGV[2])
if not live(session, now) or session.active >= active then return 0 end
redis.call('SETRANGE', KEYS[1], 2, ARGV[1])
local ttl = math.min(active + session.idle, session.ends) - now
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(ttl, 1)))
return 1
