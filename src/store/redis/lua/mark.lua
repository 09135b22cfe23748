-- Remembers since when Redis remembers, where it does not know.
for _, key in ipairs(KEYS) do
    if redis.call('EXISTS', key) == 0 then redis.call('SET', key, ARGV[1]) end
end
return 1
