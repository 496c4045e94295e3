#include "mailbox/gzip_source.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <string_view>

namespace backstop::mailbox {

namespace {

constexpr std::string_view kMagic = "\x1f\x8b";
constexpr std::size_t kChunk = 64 * 1024;
constexpr int kGzipOnly = 16 + MAX_WBITS;  // as zlib.h writes it for inflateInit2

std::unexpected<base::Error> damaged() {
  return std::unexpected(base::Error{"the gzip data is damaged or cut short"});
}

}  // namespace

struct GzipSource::Inflater {
  Inflater() {
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
};

GzipSource::GzipSource(os::ByteSource& source) : source_(source) {}
GzipSource::~GzipSource() = default;

// Reads more input if none is left. Returns false at the end of the file.
base::Result<bool> GzipSource::fill() {
  if (used_ < input_.size()) return true;
  used_ = 0;
  input_.resize(kChunk);
  const auto got = source_.read(input_);
  input_.resize(got.value_or(0));
  if (!got) return std::unexpected(got.error());
  return *got > 0;
}

// Returns true if what comes next begins as a packed file does. Takes nothing of it.
base::Result<bool> GzipSource::is_at_member() {
  if (input_.size() - used_ < kMagic.size()) {
    input_.erase(0, used_);
    used_ = 0;
    const auto met_end = os::read_up_to(source_, kMagic.size(), input_);
    if (!met_end) return std::unexpected(met_end.error());
  }
  return std::string_view(input_).substr(used_).starts_with(kMagic);
}

base::Result<bool> GzipSource::start() {
  const auto is_packed = is_at_member();
  if (!is_packed) return is_packed;
  is_started_ = true;
  if (*is_packed) inflater_ = std::make_unique<Inflater>();
  return true;
}

base::Result<std::size_t> GzipSource::read_plain(std::span<char> room) {
  if (used_ == input_.size()) return source_.read(room);
  const std::size_t count = std::min(room.size(), input_.size() - used_);
  std::copy_n(input_.begin() + static_cast<std::ptrdiff_t>(used_), count, room.begin());
  used_ += count;
  return count;
}

base::Result<std::size_t> GzipSource::read_packed(std::span<char> room) {
  z_stream& stream = inflater_->stream;
  const std::size_t most = std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max());
  stream.next_out = reinterpret_cast<Bytef*>(room.data());
  stream.avail_out = static_cast<uInt>(most);
  while (!is_ended_ && stream.avail_out == most) {
    const auto filled = fill();
    if (!filled) return std::unexpected(filled.error());
    if (!*filled) return damaged();
    stream.next_in = reinterpret_cast<Bytef*>(input_.data()) + used_;
    stream.avail_in = static_cast<uInt>(input_.size() - used_);
    const int status = inflate(&stream, Z_NO_FLUSH);
    used_ = input_.size() - stream.avail_in;
    if (status == Z_STREAM_END) {
      const auto has_next = is_at_member();
      if (!has_next) return std::unexpected(has_next.error());
      is_ended_ = !*has_next || inflateReset(&stream) != Z_OK;
    } else if (status != Z_OK && stream.avail_out == most) {
      return damaged();  // else the next call does, after what came before it was given
    }
  }
  return most - stream.avail_out;
}

base::Result<std::size_t> GzipSource::read(std::span<char> room) {
  if (!is_started_) {
    if (const auto started = start(); !started) return std::unexpected(started.error());
  }
  return inflater_ ? read_packed(room) : read_plain(room);
}

}  // namespace backstop::mailbox
