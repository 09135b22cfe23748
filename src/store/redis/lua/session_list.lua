-- KEYS index; ARGV prefix of session keys
local found = {}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    local value = redis.call('GET', place(ARGV[1], member))
    if value and string.sub(value, 1, 1) == 'S' then
        found[#found + 1] = member
        found[#found + 1] = value
    end
end
return found
