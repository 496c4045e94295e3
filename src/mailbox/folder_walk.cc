#include "mailbox/folder_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace backstop::mailbox {

namespace {

enum class Form { Plain, Maildir, MailsOfMaildir };

struct Folder {
  std::string path;
  std::size_t depth = 0;
  Form form = Form::Plain;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

bool is_folder(const std::string& path) {
  struct stat about{};
  return ::lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

class Walk {
 public:
  Walk(const FolderVisitor& visitor, const WalkLimits& limits) : visitor_(visitor), limits_(limits) {}

  void run(const std::string& path) {
    pending_.push_back({path, 0, is_maildir(path) ? Form::Maildir : Form::Plain});
    while (!pending_.empty()) {
      const Folder folder = std::move(pending_.back());
      pending_.pop_back();
      read(folder);
    }
  }

 private:
  void read(const Folder& folder) {
    const OpenFolder open(::opendir(folder.path.c_str()));
    if (!open) return visitor_.unreadable(folder.path, errno);
    inner_.clear();
    std::vector<std::string> names;
    bool more = true;
    while (more) {
      names.clear();
      more = next_batch(open.get(), names);
      std::ranges::sort(names);
      for (const std::string& name : names) visit(folder, ::dirfd(open.get()), name);
    }
    std::ranges::sort(inner_, std::greater<>(), &Folder::path);
    std::ranges::move(inner_, std::back_inserter(pending_));
  }

  // Returns false at the end of the folder.
  bool next_batch(DIR* open, std::vector<std::string>& names) const {
    while (names.size() < limits_.batch) {
      const dirent* entry = ::readdir(open);
      if (entry == nullptr) return false;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    return true;
  }

  void visit(const Folder& folder, int in, const std::string& name) {
    struct stat about{};
    if (::fstatat(in, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone since
    const std::string path = folder.path + (folder.path.ends_with('/') ? "" : "/") + name;
    if (S_ISDIR(about.st_mode)) return visit_folder(folder, name, path);
    if (folder.form == Form::Maildir || name.front() == '.') return;
    const bool is_link = S_ISLNK(about.st_mode);
    if (is_link && ::fstatat(in, name.c_str(), &about, 0) != 0) return visitor_.unreadable(path, errno);
    if (!S_ISREG(about.st_mode)) {
      // A link to a folder is passed over.
      if (!S_ISDIR(about.st_mode) && visitor_.no_file) visitor_.no_file(path);
      return;
    }
    visitor_.file({path, static_cast<std::uint64_t>(about.st_size), folder.form == Form::MailsOfMaildir});
  }

  void visit_folder(const Folder& folder, const std::string& name, const std::string& path) {
    Form form = is_maildir(path) ? Form::Maildir : Form::Plain;
    if (folder.form == Form::Maildir) {
      if (name == "cur" || name == "new") {
        form = Form::MailsOfMaildir;
      } else if (form != Form::Maildir) {
        return;
      }
    } else if (name.front() == '.' && form != Form::Maildir) {
      return;
    }
    if (folder.depth >= limits_.depth || folders_ >= limits_.folders) return visitor_.unreadable(path, 0);
    ++folders_;
    inner_.push_back({path, folder.depth + 1, form});
  }

  const FolderVisitor& visitor_;
  const WalkLimits& limits_;
  std::vector<Folder> pending_;
  std::vector<Folder> inner_;
  std::size_t folders_ = 0;
};

}  // namespace

bool is_maildir(const std::string& path) {
  return is_folder(path + "/cur") && is_folder(path + "/new");
}

void walk_folder(const std::string& path, const FolderVisitor& visitor, const WalkLimits& limits) {
  Walk(visitor, limits).run(path);
}

}  // namespace backstop::mailbox
