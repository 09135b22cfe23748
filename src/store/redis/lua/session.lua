-- What the scripts on sessions share. See `record.rs` for the layout.
local function read(key)
    local head = redis.call('GETRANGE', key, 0, 75)
    if string.sub(head, 1, 1) ~= 'S' then return nil end
    return {
        active = tonumber(string.sub(head, 3, 17)),
        idle = tonumber(string.sub(head, 18, 32)),
        ends = tonumber(string.sub(head, 33, 47)),
        group = string.sub(head, 63, 66),
        subject = tonumber(string.sub(head, 67, 76)),
    }
end
local function live(session, now)
    return session and math.min(session.active + session.idle, session.ends) > now
end
-- The key of the session that an index names.
local function place(prefix, member)
    return prefix .. '{' .. string.sub(member, 1, 4) .. '}:' .. member
end
local function outlive(index, ttl)
    if redis.call('PTTL', index) < ttl then
        redis.call('PEXPIRE', index, string.format('%.0f', ttl))
    end
end
-- Where the data of a session begins, with its length: after the subject and three parts.
local function data_at(value)
    local at = 77 + tonumber(string.sub(value, 67, 76))
    for _ = 1, 3 do
        local a, b, c, d = string.byte(value, at, at + 3)
        local length = ((a * 256 + b) * 256 + c) * 256 + d
        if length == 4294967295 then length = 0 end
        at = at + 4 + length
    end
    return at
end
