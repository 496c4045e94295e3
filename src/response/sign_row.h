// How the rows of the sign tables are written: one line a row, the kind named once a file.
#pragma once

#include <string_view>

#include "response/signs.h"

namespace backstop::response {

template <Kind kKind>
struct SignRow {
  static constexpr Sign field(std::string_view product, mail::FieldName name, std::string_view phrase,
                              Strength strength) {
    return {kKind, product, Zone::Field, name, phrase, strength};
  }
  static constexpr Sign text(std::string_view product, Zone zone, std::string_view phrase,
                             Strength strength) {
    return {kKind, product, zone, mail::FieldName::Other, phrase, strength};
  }
};

}  // namespace backstop::response
