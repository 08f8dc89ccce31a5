-- Rotates refresh tokens: each answer's token is used by a later request, never twice.
-- Arguments: FILE. Its first line is the request's head with %d for Content-Length, newlines written as \n;
-- each further line is one refresh token. There must be more tokens than connections.

dofile((debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "")) .. "report.lua")

local head, waiting, first, last = "", {}, 1, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  head = file:read("*l"):gsub("\\n", "\r\n")
  for token in file:lines() do
    last = last + 1
    waiting[last] = token
  end
  file:close()
end

function request()
  local token = waiting[first] or "exhausted"
  waiting[first] = nil
  if first <= last then first = first + 1 end
  local body = "grant_type=refresh_token&refresh_token=" .. token
  return string.format(head, #body) .. body
end

function response(status, headers, body)
  local token = body:match('"refresh_token"%s*:%s*"([^"]+)"')
  if token then
    last = last + 1
    waiting[last] = token
  end
end
