-- bigtable.lua N: an array of N numbers, a map of N / 4 strings, records by key; read and changed
-- all over, taken out again. Each line is a name and a result.
local n = tonumber(arg[1])

local array = {}
for i = 1, n do array[i] = i * 7 % 1000003 end
local sum = 0
for i = 1, n do sum = sum + array[i] * (i & 255) end
print("array", #array, sum)

local x, hits = 1, 0
for _ = 1, n // 8 do -- all over, in no order
  x = x * 69069 % 4294967296 + 1
  local i = x % n + 1
  hits = hits + array[i] % 2
  array[i] = array[i] ~ 1
end
print("scattered", hits)

local map, count = {}, n // 4
for i = 1, count do map["key" .. i] = i end
sum = 0
for i = count, 1, -1 do sum = sum + map["key" .. i] * (i % 3) end
print("map", sum, map["key" .. count + 1])
for i = 1, count do
  if i % 5 ~= 0 then map["key" .. i] = nil end
end
local left = 0
for _, value in pairs(map) do left = left + value end
print("removed", left)

local records = {}
for i = 1, count // 4 do records[-i] = {id = i, name = "record " .. i, tags = {i, i + 1}} end
sum = 0
for _, record in pairs(records) do sum = sum + #record.name + record.tags[2] - record.id end
print("records", sum)
print("length", #table.move(array, 1, 1000, 5001, {table.unpack(array, 1, 5000)}))
sum = 0
for i = 1, n do sum = (sum * 3 + array[i]) % 1000000007 end
print("array_after", sum)
