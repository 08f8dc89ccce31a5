-- Sends prepared requests, one after the other, round and round.
-- Arguments: FILE [THINK_MS]. FILE holds the whole requests, each preceded by its length in bytes on a line of its own.
-- With THINK_MS every connection pauses between requests, half to one and a half times as long.

dofile((debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "")) .. "report.lua")

local prepared, next_one, think = {}, 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for length in file:lines() do
    prepared[#prepared + 1] = file:read(tonumber(length))
  end
  file:close()
  think = tonumber(args[2] or "0")
  if think == 0 then delay = nil end
end

function request()
  next_one = next_one % #prepared + 1
  return prepared[next_one]
end

function delay()
  return math.random(math.floor(think / 2), math.ceil(think * 1.5))
end
