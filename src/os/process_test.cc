#include "os/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/folder_fixture.h"
#include "os/byte_source.h"

namespace backstop::os {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kNobody = "nobody";

/// What changes the process for good is done in a child; what it returns comes back as text.
std::string in_child(const std::function<std::string()>& work) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const FileDescriptor from(ends[0]);
  FileDescriptor to(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = work();
    ::_exit(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  to = FileDescriptor();
  std::string text(4096, '\0');
  const ssize_t got = ::read(ends[0], text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  return text;
}

class ProcessTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0); }

  std::string file(const std::string& name, mode_t mode) const {
    const std::string path = folder_.path(name);
    std::ofstream(path) << "x";
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }

  base::TemporaryFolder folder_;
};

class RootTest : public ProcessTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "takes root";
    ProcessTest::SetUp();
    user_ = find_user(kNobody);
    ASSERT_TRUE(user_);
    ASSERT_NE(user_->number, 0u);
  }

  std::optional<User> user_;
};

TEST_F(RootTest, BecomesTheUserForGoodWithItsGroups) {
  const std::string made = folder_.path("made");
  const auto told = in_child([&] {
    // A group that the user must not keep.
    const gid_t before = 4;
    if (::setgroups(1, &before) != 0) return std::string("no groups to lose");
    if (const auto done = become(kNobody); !done) return done.error().message;
    std::ofstream(made) << "x";
    std::vector<gid_t> groups(100);
    groups.resize(static_cast<std::size_t>(std::max(0, ::getgroups(100, groups.data()))));
    uid_t real = 0, effective = 0, saved = 0;
    gid_t group = 0, effective_group = 0, saved_group = 0;
    ::getresuid(&real, &effective, &saved);
    ::getresgid(&group, &effective_group, &saved_group);
    if (real != user_->number || effective != user_->number || saved != user_->number)
      return std::string("user");
    if (group != user_->group || effective_group != user_->group || saved_group != user_->group) {
      return std::string("group");
    }
    for (const gid_t one : groups) {
      if (one != user_->group) return "is still in group " + std::to_string(one);
    }
    return std::string(::setuid(0) == 0 ? "is root again" : "good");
  });
  EXPECT_EQ(told, "good");
  struct stat status{};
  ASSERT_EQ(::stat(made.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, user_->number);
  EXPECT_EQ(status.st_gid, user_->group);
}

TEST_F(RootTest, AUserWhoIsNotRootIsToldWhatToDo) {
  const auto told = in_child([&] {
    if (const auto done = become(kNobody); !done) return done.error().message;
    const auto again = become(kNobody);
    if (!again) return "not twice: " + again.error().message;
    const auto root = become("root");
    return root ? std::string("became root") : root.error().message;
  });
  EXPECT_THAT(told, HasSubstr("can't become the user root: only root can"));
}

TEST_F(RootTest, FindsWhatTheUserCannotRead) {
  const std::string secret = file("secret", 0600);
  const std::string open = file("open", 0644);
  const std::string group_only = file("group", 0640);
  const std::string own = file("own", 0400);
  ASSERT_EQ(::chown(own.c_str(), user_->number, user_->group), 0);
  const std::string closed = folder_.path("closed");
  ASSERT_EQ(::mkdir(closed.c_str(), 0700), 0);
  const std::string inside = file("closed/inside", 0644);
  EXPECT_THAT(unreadable_for(*user_, {secret, open, group_only, own, inside}),
              ElementsAre(secret, group_only, inside));
  EXPECT_EQ(::geteuid(), 0u);
  EXPECT_THAT(unreadable_for(*find_user("root"), {secret}), IsEmpty());
  EXPECT_THAT(unreadable_for(*user_, {}), IsEmpty());
}

TEST_F(RootTest, FindsWhatTheUserCannotWrite) {
  const std::string read_only = file("read-only", 0644);
  const std::string open = file("open", 0666);
  const std::string own = file("own", 0600);
  ASSERT_EQ(::chown(own.c_str(), user_->number, user_->group), 0);
  // Nobody makes a file in a folder that they may write but not enter.
  const std::string enter_only = folder_.path("enter-only");
  const std::string write_only = folder_.path("write-only");
  const std::string both = folder_.path("both");
  for (const auto& [path, mode] : {std::pair(enter_only, 0755), {write_only, 0762}, {both, 0773}}) {
    ASSERT_EQ(::mkdir(path.c_str(), 0700), 0);
    ASSERT_EQ(::chmod(path.c_str(), static_cast<mode_t>(mode)), 0);
  }
  EXPECT_THAT(
      unwritable_for(*user_, {read_only, open, own, enter_only, write_only, both, folder_.path("gone")}),
      ElementsAre(read_only, enter_only, write_only, folder_.path("gone")));
  EXPECT_EQ(::geteuid(), 0u);
  EXPECT_THAT(unwritable_for(*find_user("root"), {read_only}), IsEmpty());
}

TEST_F(RootTest, FilesAreMadeAsAnotherUserForAWhile) {
  const auto owner = [&](const std::string& name) {
    std::ofstream(folder_.path(name)) << "x";
    const auto found = owner_of_file(folder_.path(name));
    EXPECT_TRUE(found) << name;
    return found ? found->number : 0;
  };
  const std::string secret = file("secret", 0600);
  const auto is_read = [&] { return std::ifstream(secret).is_open(); };
  uid_t of_thread = 0;
  std::jthread thread;
  {
    const FilesAs files(user_);
    EXPECT_EQ(owner("first"), user_->number);
    EXPECT_FALSE(is_read());
    thread = std::jthread([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
      of_thread = owner("thread");
    });
  }
  EXPECT_EQ(owner("second"), 0u);
  EXPECT_TRUE(is_read());
  thread.request_stop();
  thread.join();
  EXPECT_EQ(of_thread, user_->number) << "it goes on as it was started";
  {
    const FilesAs files(std::nullopt);
    EXPECT_EQ(owner("third"), 0u);
  }
  EXPECT_FALSE(owner_of_file(folder_.path("none")));
}

TEST(Process, AUserThatIsNotThere) {
  EXPECT_FALSE(find_user("no-such-user"));
  const auto done = become("no-such\nuser");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "there is no user no-such user");
}

TEST(Process, MemoryIsPrivate) {
  EXPECT_EQ(in_child([] {
              keep_memory_private();
              rlimit limit{.rlim_cur = 1, .rlim_max = 1};
              ::getrlimit(RLIMIT_CORE, &limit);
              return std::to_string(limit.rlim_cur) + " " + std::to_string(limit.rlim_max) + " " +
                     std::to_string(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
            }),
            "0 0 0");
}

TEST(Process, TheFileLimitIsRaisedToTheHardOne) {
  EXPECT_EQ(in_child([] {
              const rlimit low{.rlim_cur = 50, .rlim_max = 100};
              if (::setrlimit(RLIMIT_NOFILE, &low) != 0) return std::string("can't lower it");
              const auto told = raise_file_limit();
              rlimit limit{};
              ::getrlimit(RLIMIT_NOFILE, &limit);
              return std::to_string(told) + " " + std::to_string(limit.rlim_cur);
            }),
            "100 100");
}

TEST(Process, FewFilesAreToldFromTheLimitOn) {
  // 64, 64 for the worker, and two for each session.
  EXPECT_EQ(why_too_few_files(100, 1, 328), "");
  EXPECT_EQ(
      why_too_few_files(100, 1, 327),
      "100 sessions at the same time may take 328 open files, and this process may have 327: raise its limit "
      "(LimitNOFILE= of the systemd unit, or ulimit -n), or lower \"sessions\" in [limits]");
  EXPECT_EQ(why_too_few_files(20'000, 64, RLIM_INFINITY), "");
}

struct SignalCase {
  int number;
  Asked want;
};

TEST(Process, EachSignalIsHeard) {
  for (const auto& [number, want] :
       {SignalCase{SIGTERM, Asked::Stop}, {SIGINT, Asked::Stop}, {SIGHUP, Asked::Reload}}) {
    const auto told = in_child([&] {
      block_signals();
      ::raise(number);
      return std::string(wait_for_signal() == want ? "good" : "other");
    });
    EXPECT_EQ(told, "good") << number;
  }
}

TEST(Process, AThreadThatWaitsIsWokenByASignalToItAlone) {
  EXPECT_EQ(in_child([] {
              block_signals();
              std::thread waiting([] { (void)wait_for_signal(); });
              ::pthread_kill(waiting.native_handle(), SIGTERM);
              waiting.join();
              return std::string("good");
            }),
            "good");
}

TEST(Process, ASignalForAnotherKindOfProgramDoesNotKill) {
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGXFSZ}) {
    EXPECT_EQ(in_child([&] {
                block_signals();
                ::raise(number);
                return std::string("good");
              }),
              "good")
        << number;
  }
}

TEST(Process, AClosedPipeDoesNotKill) {
  EXPECT_EQ(in_child([] {
              block_signals();
              int ends[2];
              if (::pipe(ends) != 0) return std::string("no pipe");
              ::close(ends[0]);
              return std::string(::write(ends[1], "x", 1) < 0 ? "good" : "written");
            }),
            "good");
}

/// A socket as a supervisor has it.
class Supervisor {
 public:
  explicit Supervisor(std::string name)
      : name_(std::move(name)), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (name_.starts_with('@')) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(::bind(socket_.number(), reinterpret_cast<sockaddr*>(&address), size), 0) << name_;
    ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  ~Supervisor() { ::unsetenv("NOTIFY_SOCKET"); }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  std::string told() const {
    std::string text(1000, '\0');
    const ssize_t got = ::recv(socket_.number(), text.data(), text.size(), MSG_DONTWAIT);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

 private:
  std::string name_;
  FileDescriptor socket_;
};

TEST_F(ProcessTest, TheSupervisorIsTold) {
  for (const auto& name : {folder_.path("notify"), "@backstop-test-" + std::to_string(::getpid())}) {
    const Supervisor supervisor(name);
    notify_supervisor("READY=1\nSTATUS=here");
    EXPECT_EQ(supervisor.told(), "READY=1\nSTATUS=here") << name;
  }
}

std::ptrdiff_t open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

struct PassedRow {
  const char* name;
  std::string pid;
  const char* count;
  std::vector<int> want;
};

// Descriptors 3 to 5 are open: in a test program, too, something has them.
TEST_F(ProcessTest, PassedDescriptorsAreTakenOnce) {
  std::vector<FileDescriptor> held;
  while (held.empty() || held.back().number() < 5)
    held.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::string ours = std::to_string(::getpid());
  const PassedRow rows[] = {{"ours", ours, "3", {3, 4, 5}},      {"none", ours, "0", {}},
                            {"another process's", "1", "3", {}}, {"no number", "x", "3", {}},
                            {"no count", ours, "many", {}},      {"a negative count", ours, "-1", {}}};
  for (const PassedRow& row : rows) {
    ::setenv("LISTEN_PID", row.pid.c_str(), 1);
    ::setenv("LISTEN_FDS", row.count, 1);
    ::setenv("LISTEN_FDNAMES", "a:b:c", 1);
    EXPECT_EQ(take_passed_descriptors(), row.want) << row.name;
    for (const char* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
      EXPECT_EQ(::getenv(name), nullptr) << row.name;
    EXPECT_TRUE(take_passed_descriptors().empty()) << row.name;
  }
}

TEST_F(ProcessTest, NobodyIsToldIfNobodyListens) {
  // As long a path as an address takes.
  std::string longest = folder_.path("");
  longest.resize(sizeof(sockaddr_un::sun_path) - 1, 'x');
  const Supervisor supervisor(longest);
  const auto before = open_files();
  ::unsetenv("NOTIFY_SOCKET");
  notify_supervisor("READY=1");
  for (const auto& name : {std::string(), folder_.path("gone"), longest + "x", longest + "xxxxx"}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    notify_supervisor("READY=1");
  }
  EXPECT_EQ(supervisor.told(), "") << "a path that is too long is not cut";
  EXPECT_FALSE(std::filesystem::exists(folder_.path("gone")));
  EXPECT_EQ(open_files(), before);
  ::setenv("NOTIFY_SOCKET", longest.c_str(), 1);
  notify_supervisor("READY=1");
  EXPECT_EQ(supervisor.told(), "READY=1");
}

}  // namespace
}  // namespace backstop::os
