#include "intake/domain_table.h"

#include <utility>

#include "base/domain_key.h"

namespace backstop::intake {

DomainTable::DomainTable(std::vector<DomainSettings> domains) {
  for (auto& domain : domains) push_back(std::move(domain));
}

void DomainTable::push_back(DomainSettings domain) {
  constexpr std::string_view kStar = "*.";
  if (domain.name.starts_with(kStar)) {
    const std::string parent = base::domain_key(std::string_view(domain.name).substr(kStar.size()));
    subdomains_.emplace("." + parent, domains_.size());
  } else {
    exact_.emplace(base::domain_key(domain.name), domains_.size());
  }
  domains_.push_back(std::move(domain));
}

const DomainSettings* DomainTable::find(std::string_view domain) const {
  base::DomainBuffer buffer;
  const std::string_view name = base::domain_key(domain, buffer);
  if (const auto found = exact_.find(name); found != exact_.end()) return &domains_[found->second];
  if (subdomains_.empty()) return nullptr;
  // From the longest on; a dot in front is behind no label.
  for (std::size_t dot = name.find('.', 1); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    if (const auto found = subdomains_.find(name.substr(dot)); found != subdomains_.end()) {
      return &domains_[found->second];
    }
  }
  return nullptr;
}

}  // namespace backstop::intake
