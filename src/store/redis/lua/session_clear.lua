-- KEYS index; ARGV prefix of session keys, member that stays, channel, kind
local ended = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if member ~= ARGV[2] then
        local key = place(ARGV[1], member)
        if read(key) then
            redis.call('DEL', key)
            redis.pcall('PUBLISH', ARGV[3], ARGV[4] .. member)
            ended = ended + 1
        end
        redis.call('ZREM', KEYS[1], member)
    end
end
return ended
