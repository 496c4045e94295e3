#include "mail/field_name.h"

#include "base/text.h"

namespace backstop::mail {

FieldName field_name(std::string_view name) {
  for (std::size_t i = 1; i < kFieldNames.size(); ++i) {
    if (base::iequals(kFieldNames[i], name)) return static_cast<FieldName>(i);
  }
  return FieldName::Other;
}

}  // namespace backstop::mail
