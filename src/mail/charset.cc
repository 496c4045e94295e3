#include "mail/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/text.h"

namespace backstop::mail {
namespace {

constexpr std::size_t kNameMost = 60;  // ICU's own UCNV_MAX_CONVERTER_NAME_LENGTH
constexpr std::size_t kConvertersMost = 64;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// A charset's name in the form in which it is compared: lower case, without quotes, and without the "-", "_"
// and spaces that mailers add. ICU never sees a name with characters that no charset's name has, since it
// takes options after a comma, and paths.
class Name {
 public:
  explicit Name(std::string_view charset) {
    for (const char c : charset) {
      if (c == '-' || c == '_' || c == '"' || c == '\'' || base::is_space(c)) continue;
      if (!is_name_char(c) || size_ == kNameMost) {
        is_sane_ = false;
        return;
      }
      text_[size_++] = base::ascii_lower(c);
    }
  }
  std::string_view view() const { return {text_.data(), size_}; }
  const char* c_str() const { return text_.data(); }
  bool is_sane() const { return is_sane_; }

 private:
  static bool is_name_char(char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '.' || c == ':' || c == '+' || c == '(' || c == ')';
  }

  std::array<char, kNameMost + 1> text_{};
  std::size_t size_ = 0;
  bool is_sane_ = true;
};

struct Alias {
  std::string_view name;
  const char* icu_name;
};

// Names of mail that ICU doesn't know.
constexpr std::array kMailNames = std::to_array<Alias>({
    {"ansi", "windows-1252"},       {"big5eten", "Big5"},
    {"cp50220", "ISO-2022-JP"},     {"cp50221", "ISO-2022-JP"},
    {"cp51932", "EUC-JP"},          {"cp65001", "UTF-8"},
    {"eucgb2312cn", "GB18030"},     {"eucjpms", "EUC-JP"},
    {"gbk2312", "GB18030"},         {"iso2022jp3", "ISO-2022-JP-2"},
    {"iso2022jpms", "ISO-2022-JP"}, {"koi8ru", "KOI8-U"},
    {"utf8mb4", "UTF-8"},           {"utf8n", "UTF-8"},
    {"win1250", "windows-1250"},    {"win1251", "windows-1251"},
    {"win1252", "windows-1252"},    {"xbig5", "Big5"},
    {"xcp1252", "windows-1252"},    {"xgbk", "GB18030"},
    {"xwindows949", "windows-949"}, {"xxbig5", "Big5"},
});

// The converter that ICU opens, and the superset that mailers mean (as the WHATWG Encoding Standard maps
// them).
constexpr std::array kSupersets = std::to_array<Alias>({
    {"US-ASCII", "windows-1252"},
    {"ISO-8859-1", "windows-1252"},
    {"ibm-920_P100-1995", "windows-1254"},         // iso-8859-9
    {"ibm-874_P100-1995", "windows-874"},          // cp874
    {"iso-8859_11-2001", "windows-874"},           // iso-8859-11
    {"ibm-1383_P110-1999", "GB18030"},             // gb2312 in its EUC form
    {"ibm-5478_P100-1995", "GB18030"},             // gb_2312-80
    {"windows-936-2000", "GB18030"},               // gbk
    {"ibm-970_P110_P110-2006_U2", "windows-949"},  // euc-kr
    {"ibm-949_P110-1999", "windows-949"},          // cp949
    {"ibm-950_P110-1999", "Big5"},                 // cp950
    {"ISO_2022,locale=ja,version=0", "ISO-2022-JP-2"},
    {"ISO_2022,locale=ja,version=1", "ISO-2022-JP-2"},
});

template <std::size_t N>
const char* find_alias(const std::array<Alias, N>& aliases, std::string_view name) {
  for (const Alias& alias : aliases) {
    if (alias.name == name) return alias.icu_name;
  }
  return nullptr;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using IcuConverter = std::unique_ptr<UConverter, CloseConverter>;

// ICU's own substitution writes U+001A for some charsets without telling; these two write U+FFFD and set the
// flag that `context` points to.
void replace_undecodable(const void* context, UConverterToUnicodeArgs* arguments, const char*, std::int32_t,
                         UConverterCallbackReason reason, UErrorCode* error) {
  if (reason > UCNV_IRREGULAR) return;
  *static_cast<bool*>(const_cast<void*>(context)) = true;
  *error = U_ZERO_ERROR;
  constexpr UChar kReplacementUnit = 0xFFFD;
  ucnv_cbToUWriteUChars(arguments, &kReplacementUnit, 1, 0, error);
}

// For unpaired surrogates, which UTF-7 lets through.
void replace_unencodable(const void* context, UConverterFromUnicodeArgs* arguments, const UChar*,
                         std::int32_t, UChar32, UConverterCallbackReason reason, UErrorCode* error) {
  if (reason > UCNV_IRREGULAR) return;
  *static_cast<bool*>(const_cast<void*>(context)) = true;
  *error = U_ZERO_ERROR;
  ucnv_cbFromUWriteBytes(arguments, kReplacement.data(), static_cast<std::int32_t>(kReplacement.size()), 0,
                         error);
}

// ICU searches for a file if it doesn't know a name, so only known names are opened.
IcuConverter open_icu(const char* name) {
  UErrorCode error = U_ZERO_ERROR;
  if (ucnv_countAliases(name, &error) == 0 || U_FAILURE(error)) return nullptr;
  IcuConverter converter(ucnv_open(name, &error));
  return U_SUCCESS(error) ? std::move(converter) : nullptr;
}

IcuConverter open_for_mail(const Name& name) {
  const char* own = find_alias(kMailNames, name.view());
  IcuConverter converter = open_icu(own != nullptr ? own : name.c_str());
  if (!converter) return nullptr;
  UErrorCode error = U_ZERO_ERROR;
  const char* opened = ucnv_getName(converter.get(), &error);
  if (const char* superset = find_alias(kSupersets, opened)) return open_icu(superset);
  return converter;
}

// One charset to UTF-8.
class Converter {
 public:
  Converter(const Name& name, IcuConverter icu) : name_(name), icu_(std::move(icu)) {
    UErrorCode error = U_ZERO_ERROR;
    ucnv_setToUCallBack(icu_.get(), replace_undecodable, &replaced_, nullptr, nullptr, &error);
    find_plain_bytes();
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  std::string_view name() const { return name_.view(); }

  // Returns true if `bytes` are the same in UTF-8. Bytes that stand for themselves alone do so in a row too,
  // since every charset starts in its plain state. The bytes that shift a 7-bit charset (ESC, "~", "+") don't
  // stand for themselves, so text that shifts is never plain.
  bool is_plain(std::string_view bytes) const {
    if (is_ascii_superset_) return base::is_ascii(bytes);
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= plain_.size() || !plain_[byte]) return false;
    }
    return true;
  }

  // Appends all of `bytes`; returns false if something was replaced.
  bool convert(UConverter* utf8, std::string_view bytes, std::string& out) {
    replaced_ = false;
    UErrorCode error = U_ZERO_ERROR;
    ucnv_setFromUCallBack(utf8, replace_unencodable, &replaced_, nullptr, nullptr, &error);
    const char* source = bytes.data();
    const char* const source_end = source + bytes.size();
    std::array<UChar, 1024> pivot;
    UChar* pivot_source = pivot.data();
    UChar* pivot_target = pivot.data();
    std::array<char, 2048> piece;
    bool is_first = true;
    do {
      error = U_ZERO_ERROR;
      char* target = piece.data();
      ucnv_convertEx(utf8, icu_.get(), &target, piece.data() + piece.size(), &source, source_end,
                     pivot.data(), &pivot_source, &pivot_target, pivot.data() + pivot.size(),
                     static_cast<UBool>(is_first), static_cast<UBool>(true), &error);
      out.append(piece.data(), target);
      is_first = false;
    } while (error == U_BUFFER_OVERFLOW_ERROR);
    return U_SUCCESS(error) && !replaced_;
  }

 private:
  void find_plain_bytes() {
    is_ascii_superset_ = true;
    for (std::size_t byte = 0; byte < plain_.size(); ++byte) {
      const char c = static_cast<char>(byte);
      std::array<UChar, 4> units{};
      UErrorCode error = U_ZERO_ERROR;
      replaced_ = false;
      const std::int32_t count =
          ucnv_toUChars(icu_.get(), units.data(), static_cast<std::int32_t>(units.size()), &c, 1, &error);
      plain_[byte] = U_SUCCESS(error) && !replaced_ && count == 1 && units[0] == byte;
      is_ascii_superset_ = is_ascii_superset_ && plain_[byte];
    }
  }

  Name name_;
  IcuConverter icu_;
  bool replaced_ = false;
  bool is_ascii_superset_ = false;
  std::array<bool, 128> plain_{};
};

// The converters of one thread. Once there are 64, a new charset replaces the oldest.
class Converters {
 public:
  // Returns null if the charset is unknown.
  Converter* find(const Name& name) {
    if (!name.is_sane() || name.view().empty()) return nullptr;
    for (const auto& converter : converters_) {
      if (converter->name() == name.view()) return converter.get();
    }
    IcuConverter icu = open_for_mail(name);
    if (!icu) return nullptr;
    auto converter = std::make_unique<Converter>(name, std::move(icu));
    if (converters_.size() < kConvertersMost) return converters_.emplace_back(std::move(converter)).get();
    auto& oldest = converters_[next_++ % kConvertersMost];
    oldest = std::move(converter);
    return oldest.get();
  }

  UConverter* utf8() {
    if (!utf8_) utf8_ = open_icu("UTF-8");
    return utf8_.get();
  }

 private:
  std::vector<std::unique_ptr<Converter>> converters_;
  std::size_t next_ = 0;
  IcuConverter utf8_;
};

Converters& converters() {
  static thread_local Converters of_this_thread;
  return of_this_thread;
}

std::string_view without_byte_order_mark(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  return bytes;
}

bool convert(Converter& converter, std::string_view bytes, std::string& out) {
  const std::size_t begin = out.size();
  const bool whole = converter.convert(converters().utf8(), bytes, out);
  if (std::string_view(out).substr(begin).starts_with(kByteOrderMark))
    out.erase(begin, kByteOrderMark.size());
  return whole;
}

bool convert(std::string_view charset, std::string_view bytes, std::string& out) {
  Converter* converter = converters().find(Name(charset));
  return converter != nullptr && convert(*converter, bytes, out);
}

// Appends well-formed UTF-8 as it is and returns true; converts anything else from windows-1252 and returns
// false.
bool guess(std::string_view bytes, std::string& out) {
  if (base::is_utf8(bytes)) {
    out.append(without_byte_order_mark(bytes));
    return true;
  }
  convert("windows-1252", bytes, out);
  return false;
}

}  // namespace

bool to_utf8(std::string_view charset, std::string_view bytes, std::string& out) {
  const Name name(charset);
  const bool is_absent = name.is_sane() && name.view().empty();
  const bool is_utf8 = name.view() == "utf8";
  const bool is_us_ascii = name.view() == "usascii" || name.view() == "ascii";
  if (is_absent || is_utf8 || is_us_ascii) {
    if (base::is_ascii(bytes)) {
      out.append(bytes);
      return true;
    }
    if (is_us_ascii) {
      guess(bytes, out);
      return false;
    }
    if (is_absent) return guess(bytes, out);
    if (base::is_utf8(bytes)) {
      out.append(without_byte_order_mark(bytes));
      return true;
    }
  }
  Converter* converter = converters().find(name);
  if (converter == nullptr) {
    guess(bytes, out);
    return false;
  }
  if (!converter->is_plain(bytes)) return convert(*converter, bytes, out);
  out.append(bytes);
  return true;
}

std::string to_utf8(std::string_view bytes) {
  if (base::is_utf8(bytes)) return std::string(bytes);
  std::string out;
  to_utf8("", bytes, out);
  return out;
}

}  // namespace backstop::mail
