// The keyboard: see keyboard.h.
#include "drivers/keyboard.h"

namespace mobius::drivers {
namespace {

constexpr uint16_t kDataPort = 0x60, kStatusPort = 0x64;
constexpr uint8_t kOutputFull = 0x01, kFromMouse = 0x20;
constexpr uint8_t kReleased = 0x80;
constexpr uint8_t kLeftShift = 0x2A, kRightShift = 0x36, kControl = 0x1D, kCapsLock = 0x3A;

// By scan code; 0: no character.
constexpr std::string_view kPlain{
    "\0\x1b" "1234567890-=\x7f\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ", 58};
constexpr std::string_view kShifted{
    "\0\x1b" "!@#$%^&*()_+\x7f\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ", 58};

bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

}  // namespace

std::string_view ScanCodeDecoder::decode_extended(uint8_t code) {
  switch (code) {
    case 0x48: return "\x1b[A";
    case 0x50: return "\x1b[B";
    case 0x4D: return "\x1b[C";
    case 0x4B: return "\x1b[D";
    case 0x47: return "\x1b[H";
    case 0x4F: return "\x1b[F";
    case 0x49: return "\x1b[5~";
    case 0x51: return "\x1b[6~";
    case 0x52: return "\x1b[2~";
    case 0x53: return "\x1b[3~";
    case 0x1C: return "\r";
    case 0x35: return "/";
    case kControl: control_ = true; return {};
    case kControl | kReleased: control_ = false; return {};
    default: return {};
  }
}

std::string_view ScanCodeDecoder::decode(uint8_t code) {
  if (skip_ > 0) {
    --skip_;
    return {};
  }
  if (code == 0xE0 || code == 0xE1) {
    extended_ = code == 0xE0;
    skip_ = code == 0xE1 ? 2 : 0;
    return {};
  }
  if (extended_) {
    extended_ = false;
    return decode_extended(code);
  }
  const bool down = (code & kReleased) == 0;
  const uint8_t key = code & ~kReleased;
  if (key == kLeftShift) left_shift_ = down;
  if (key == kRightShift) right_shift_ = down;
  if (key == kControl) control_ = down;
  if (key == kCapsLock && down) caps_lock_ = !caps_lock_;
  if (!down || key >= kPlain.size() || kPlain[key] == 0) return {};
  const bool upper = is_letter(kPlain[key]) ? shift() != caps_lock_ : shift();
  character_ = (upper ? kShifted : kPlain)[key];
  if (control_) character_ = static_cast<char>(character_ & 0x1F);
  return {&character_, 1};
}

void Keyboard::interrupt() {
  // Bounded: a controller that is not there reads as all ones, for ever.
  for (unsigned i = 0; i < 32; ++i) {
    const uint8_t status = port_.in8(kStatusPort);
    if ((status & kOutputFull) == 0 || status == 0xFF) return;
    const uint8_t code = port_.in8(kDataPort);
    if ((status & kFromMouse) == 0) console_.receive_key(decoder_.decode(code));
  }
}

}  // namespace mobius::drivers
