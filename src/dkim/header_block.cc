#include "dkim/header_block.h"

#include "base/text.h"

namespace backstop::dkim {

HeaderBlock::HeaderBlock(std::string_view block, std::size_t most_bytes, std::size_t most_fields) {
  const mail::Limits limits{.header_bytes = most_bytes, .fields = most_fields};
  mail::walk_header(block, message_, limits);
}

std::string_view text_of(const mail::Field& field) {
  const char* const end = field.value.data() + field.value.size();
  return {field.name.data(), static_cast<std::size_t>(end - field.name.data())};
}

std::vector<const mail::Field*> select_signed(const HeaderBlock& block,
                                              std::span<const std::string_view> names, std::string_view own) {
  const auto fields = block.fields();
  std::vector<const mail::Field*> selected;
  std::vector<std::size_t>
      taken;  // for each name, the index of its field; the names before used all from there on
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::size_t at = fields.size();
    for (std::size_t earlier = i; earlier > 0; --earlier) {
      if (!base::iequals(names[earlier - 1], names[i])) continue;
      at = taken[earlier - 1];
      break;
    }
    const mail::Field* found = nullptr;
    while (at > 0 && found == nullptr) {
      const auto& field = fields[--at];
      if (base::iequals(field.name, names[i]) && field.name.data() != own.data()) found = &field;
    }
    selected.push_back(found);
    taken.push_back(at);
  }
  return selected;
}

}  // namespace backstop::dkim
