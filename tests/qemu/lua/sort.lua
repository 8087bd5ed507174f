-- sort.lua N: sorts N numbers of a generator that the test knows, in five ways. Each line is a name
-- and a digest that depends on the order.
local n = tonumber(arg[1])

local function numbers(count)
  local x, list = 12345, {}
  for i = 1, count do
    x = (x * 1103515245 + 12345) % 2147483648
    list[i] = x >> 8
  end
  return list
end

local function digest(list)
  local sum = 0
  for i = 1, #list do sum = (sum * 31 + list[i]) % 1000000007 end
  return sum
end

local function heap_sort(a)
  local function sink(first, last)
    local value, at = a[first], first
    while 2 * at <= last do
      local child = 2 * at
      if child < last and a[child] < a[child + 1] then child = child + 1 end
      if a[child] <= value then break end
      a[at], at = a[child], child
    end
    a[at] = value
  end
  for first = #a // 2, 1, -1 do sink(first, #a) end
  for last = #a, 2, -1 do
    a[1], a[last] = a[last], a[1]
    sink(1, last - 1)
  end
end

local function merge_sort(a)
  if #a < 2 then return a end
  local middle = #a // 2
  local left = merge_sort(table.move(a, 1, middle, 1, {}))
  local right = merge_sort(table.move(a, middle + 1, #a, 1, {}))
  local i, j, merged = 1, 1, {}
  for k = 1, #a do
    if not right[j] or left[i] and left[i] <= right[j] then
      merged[k], i = left[i], i + 1
    else
      merged[k], j = right[j], j + 1
    end
  end
  return merged
end

local list = numbers(n)
print("drawn", digest(list))
table.sort(list)
print("ascending", digest(list))
list = numbers(n)
table.sort(list, function(a, b) return a % 1000 * 2^24 + a > b % 1000 * 2^24 + b end)
print("by_function", digest(list))
list = numbers(n)
heap_sort(list)
print("heap", digest(list))
print("merge", digest(merge_sort(numbers(n))))
list = numbers(n)
for i = 1, n do list[i] = tostring(list[i]) end
table.sort(list)
for i = 1, n do list[i] = tonumber(list[i]) end
print("as_strings", digest(list))
print("invalid_order", (pcall(table.sort, numbers(200), function() return true end)))
