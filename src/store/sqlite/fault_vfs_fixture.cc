#include "store/sqlite/fault_vfs_fixture.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace backstop::store::sqlite {

namespace {

// VFS objects are C: what they share is global.
std::atomic<int> countdown = 0;  // 0: nothing fails; 1: the next operation does
std::atomic<int> fault_code = SQLITE_OK;
std::atomic<bool> is_fault_lasting = false;
std::atomic<bool> has_failed = false;
std::atomic<bool> has_limit = false;
std::atomic<sqlite3_int64> room = 0;  // with has_limit: by how many bytes files may still grow

/// What this operation returns instead of being done, or SQLITE_OK.
int fault() {
  if (has_failed && is_fault_lasting) return fault_code;
  int left = countdown;
  while (left > 0 && !countdown.compare_exchange_weak(left, left - 1)) {
  }
  if (left != 1) return SQLITE_OK;
  has_failed = true;
  return fault_code;
}

/// The ordinary VFS's file follows in memory.
struct File {
  sqlite3_file base;
  sqlite3_file* inner;
};

sqlite3_vfs* ordinary() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  return vfs;
}

sqlite3_file* inner(sqlite3_file* file) {
  return reinterpret_cast<File*>(file)->inner;
}
const sqlite3_io_methods& methods(sqlite3_file* file) {
  return *inner(file)->pMethods;
}

int close_file(sqlite3_file* file) {
  return methods(file).xClose(inner(file));
}
int read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  return methods(file).xRead(inner(file), to, size, at);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods(file).xFileSize(inner(file), size);
}
/// How many bytes the file will be longer with `size` bytes; negative if it will be shorter.
sqlite3_int64 growth(sqlite3_file* file, sqlite3_int64 size) {
  sqlite3_int64 now = 0;
  return file_size(file, &now) == SQLITE_OK ? size - now : 0;
}
int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  if (const int code = fault(); code != SQLITE_OK) return code;
  if (has_limit) {
    const sqlite3_int64 added = std::max<sqlite3_int64>(0, growth(file, at + size));
    if (added > room) return SQLITE_FULL;
    room -= added;
  }
  return methods(file).xWrite(inner(file), from, size, at);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = fault(); code != SQLITE_OK) return code;
  if (has_limit) room -= growth(file, size);
  return methods(file).xTruncate(inner(file), size);
}
int sync(sqlite3_file* file, int flags) {
  if (const int code = fault(); code != SQLITE_OK) return code;
  return methods(file).xSync(inner(file), flags);
}
int lock(sqlite3_file* file, int level) {
  return methods(file).xLock(inner(file), level);
}
int unlock(sqlite3_file* file, int level) {
  return methods(file).xUnlock(inner(file), level);
}
int check_reserved(sqlite3_file* file, int* out) {
  return methods(file).xCheckReservedLock(inner(file), out);
}
int control(sqlite3_file* file, int what, void* argument) {
  return methods(file).xFileControl(inner(file), what, argument);
}
int sector_size(sqlite3_file* file) {
  return methods(file).xSectorSize(inner(file));
}
int characteristics(sqlite3_file* file) {
  return methods(file).xDeviceCharacteristics(inner(file));
}
int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  if (extend != 0) {
    if (const int code = fault(); code != SQLITE_OK) return code;
  }
  return methods(file).xShmMap(inner(file), region, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return methods(file).xShmLock(inner(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) {
  methods(file).xShmBarrier(inner(file));
}
int shm_unmap(sqlite3_file* file, int is_deleting) {
  return methods(file).xShmUnmap(inner(file), is_deleting);
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  auto* const outer = reinterpret_cast<File*>(file);
  outer->base.pMethods = nullptr;
  outer->inner = reinterpret_cast<sqlite3_file*>(outer + 1);
  if ((flags & SQLITE_OPEN_CREATE) != 0) {
    if (const int code = fault(); code != SQLITE_OK) return code;
  }
  const int code = ordinary()->xOpen(ordinary(), name, outer->inner, flags, out_flags);
  if (outer->inner->pMethods != nullptr) outer->base.pMethods = &kMethods;
  return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  if (const int code = fault(); code != SQLITE_OK) return code;
  return ordinary()->xDelete(ordinary(), name, sync_folder);
}

sqlite3_vfs make_vfs() {
  sqlite3_vfs vfs = *ordinary();
  vfs.szOsFile += static_cast<int>(sizeof(File));
  vfs.zName = "faults";
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  return vfs;
}

sqlite3_vfs& fault_vfs() {
  static sqlite3_vfs vfs = make_vfs();
  return vfs;
}

}  // namespace

FaultVfs::FaultVfs() {
  sqlite3_initialize();
  mend();
  sqlite3_vfs_register(&fault_vfs(), 1);
}

FaultVfs::~FaultVfs() {
  mend();
  sqlite3_vfs_unregister(&fault_vfs());
  sqlite3_vfs_register(ordinary(), 1);
}

void FaultVfs::arm(int nth, Faults faults) {
  has_failed = false;
  fault_code = faults.code;
  is_fault_lasting = faults.is_lasting;
  countdown = nth;
}

void FaultVfs::limit_room(std::int64_t bytes) {
  room = bytes;
  has_limit = true;
}

void FaultVfs::mend() {
  countdown = 0;
  has_limit = false;
  is_fault_lasting = false;
}

bool FaultVfs::was_met() const {
  return has_failed;
}

}  // namespace backstop::store::sqlite
