// What a file holds that gzip has packed (RFC 1952), unpacked as it is read. Plain files are read as they
// are.
#pragma once

#include <memory>
#include <string>

#include "os/byte_source.h"

namespace backstop::mailbox {

class GzipSource : public os::ByteSource {
 public:
  /// `source` is kept as a reference. Its first two bytes tell whether it is packed: 1f 8b.
  explicit GzipSource(os::ByteSource& source);
  ~GzipSource() override;

  /// Fails if the packed bytes are damaged or end too early; what came before has been given by then. Several
  /// packed files may follow each other, as RFC 1952 allows; other bytes after one are passed over, as gzip
  /// does.
  base::Result<std::size_t> read(std::span<char> room) override;

 private:
  struct Inflater;

  base::Result<bool> start();
  base::Result<std::size_t> read_plain(std::span<char> room);
  base::Result<std::size_t> read_packed(std::span<char> room);
  base::Result<bool> fill();
  base::Result<bool> is_at_member();

  os::ByteSource& source_;
  std::string input_;        // read from source_ and not used
  std::size_t used_ = 0;     // bytes of input_
  bool is_started_ = false;  // the first two bytes were looked at
  bool is_ended_ = false;
  std::unique_ptr<Inflater> inflater_;  // null if the file is plain
};

}  // namespace backstop::mailbox
