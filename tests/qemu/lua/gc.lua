-- gc.lua N: garbage in cycles, weak tables, finalizers, coroutines, under both collectors. Each
-- line is a name and a result; after each part the heap must be back where it was.
local n = tonumber(arg[1])

local function settled()
  collectgarbage()
  collectgarbage()
  return collectgarbage("count")
end

local function part(name, work)
  local before = settled()
  local result = work()
  local after = settled()
  assert(after < before + 64, name .. ": " .. before .. " KiB before, " .. after .. " after")
  print(name, result)
end

local function cycles()
  local most = 0
  for i = 1, n do
    local a, b = {i}, {i, i}
    a.other, b.other = b, a
    if i % 1000 == 0 then most = math.max(most, collectgarbage("count")) end
  end
  assert(most < 8192, "the collector lags behind: " .. most .. " KiB")
  return n
end

local function finalizers()
  local closed = 0
  local meta = {__gc = function(object) closed = closed + object.value end}
  for i = 1, n do setmetatable({value = i}, meta) end
  settled()
  return closed
end

local function weak()
  local values, keys, kept = setmetatable({}, {__mode = "v"}), setmetatable({}, {__mode = "k"}), {}
  for i = 1, n do
    local object = {i}
    values[i], keys[object] = object, i
    if i % 7 == 0 then kept[#kept + 1] = object end
  end
  settled()
  local count, sum = 0, 0
  for _ in pairs(values) do count = count + 1 end
  for _, i in pairs(keys) do sum = sum + i end
  assert(#kept == count)
  return count .. "/" .. sum
end

local function ephemerons()
  local chain, first = setmetatable({}, {__mode = "k"}), {}
  local key = first
  for i = 1, n // 10 do
    local value = {}
    chain[key], key = value, value
  end
  key = nil
  settled()
  local length = 0
  key = first
  while chain[key] do key, length = chain[key], length + 1 end
  return length
end

local function coroutines()
  local sum = 0
  for i = 1, n // 10 do
    local thread = coroutine.wrap(function(x)
      for _ = 1, 3 do x = coroutine.yield(x + 1) end
    end)
    sum = sum + thread(i) + thread(2 * i)
  end
  return sum
end

local function strings()
  local total = 0
  for i = 1, n do total = total + #(("%d."):rep(4):format(i, i, i, i)) end
  return total
end

local function closing()
  local closed = 0
  for i = 1, n do
    local guard <close> = setmetatable({}, {__close = function() closed = closed + i end})
  end
  return closed
end

for _, mode in ipairs{"incremental", "generational"} do
  collectgarbage(mode)
  for name, work in pairs{cycles = cycles, finalizers = finalizers, weak = weak, strings = strings,
                          ephemerons = ephemerons, coroutines = coroutines, closing = closing} do
    part(mode .. "_" .. name, work)
  end
end
