// The ledger in an SQLite file.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/ledger.h"

namespace backstop::store::sqlite {

/// Like open_ledger() and open_ledger_for_reading(), with a path.
base::Result<std::unique_ptr<LedgerWriter>> open_ledger_file(const std::string& path,
                                                             const LedgerSettings& settings,
                                                             std::function<void(std::string)> warn);
base::Result<std::unique_ptr<LedgerReader>> open_ledger_file_for_reading(const std::string& path,
                                                                         const LedgerSettings& settings);

}  // namespace backstop::store::sqlite
