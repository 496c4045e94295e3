#include "dkim/key_store.h"

#include <utility>

namespace backstop::dkim {

bool StoredKey::verifies_on(std::chrono::sys_days today) const {
  return (!from || *from <= today) && (!until || today <= *until + kLate);
}

bool KeyStore::add(const KeyName& name, StoredKey key) {
  domains_.insert(name.domain);
  return keys_.emplace(name.text(), std::move(key)).second;
}

const StoredKey* KeyStore::find(std::string_view selector, std::string_view domain) const {
  const auto found = keys_.find(KeyName{std::string(selector), std::string(domain)}.text());
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace backstop::dkim
