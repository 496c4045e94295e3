// The history in an SQLite file.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/history.h"

namespace backstop::store::sqlite {

/// Like open_history() and open_history_for_reading(), with a path.
base::Result<std::unique_ptr<HistoryWriter>> open_file(const std::string& path,
                                                       const HistorySettings& settings,
                                                       std::function<void(std::string)> warn);
base::Result<std::unique_ptr<HistoryReader>> open_file_for_reading(const std::string& path);

}  // namespace backstop::store::sqlite
