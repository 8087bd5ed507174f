-- strings.lua N: builds and takes apart strings of N words. Each line is a name and a result.
local n = tonumber(arg[1])

local function word(i)
  local letters = {}
  repeat
    letters[#letters + 1] = string.char(97 + i % 26)
    i = i // 26
  until i == 0
  return table.concat(letters)
end

local words = {}
for i = 1, n do words[i] = word(i * i % 7919) end
local text = table.concat(words, " ")
print("length", #text)

local counts, different = {}, 0
for w in text:gmatch("%a+") do
  if not counts[w] then different = different + 1 end
  counts[w] = (counts[w] or 0) + 1
end
local most = 0
for _, count in pairs(counts) do most = math.max(most, count) end
print("words", different .. "/" .. most)

local _, vowels = text:gsub("[aeiou]", "")
print("vowels", vowels)
local swapped = text:gsub("(%a)(%a)", "%2%1")
local sum = 0
for i = 1, #swapped do sum = (sum * 257 + swapped:byte(i)) % 1000000007 end
print("swapped", sum)
print("upper", select(2, text:upper():gsub("%u", "")))
print("reversed", text:reverse():reverse() == text)
print("frontier", select(2, text:gsub("%f[%a]a", "")))
print("balanced", ("x(a(b)c)y"):match("%b()"))

local piece = ""
for i = 1, 2000 do piece = piece .. i end
print("appended", #piece)
print("repeated", #string.rep("ab", 500000, ","))
print("format", string.format("%5d|%-6s|%08.3f|%x|%q", 42, "ab", 3.14159, 48879, 'a"b\0c'))
print("number", string.format("%.17g %.14g %s", 0.1, 1 / 3, 2^63))
print("packed", string.unpack("<i4", string.pack(">i4", 0x01020304)))
print("long_packed", string.unpack("<d", string.pack("<d", 1e-300)) == 1e-300)
print("utf8", utf8.len("grüße, 世界"), utf8.codepoint("世"))
print("parsed", tonumber("0x1p-2"), tonumber("1e3"), math.tointeger("77"), tonumber("z", 36))
