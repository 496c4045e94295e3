#include "app/manual_notes.h"

#include <array>

namespace backstop::app {

namespace {

constexpr ManualNote kConfiguration = {
    "", "FILES", "/etc/backstop/backstop.toml",
    "The configuration of the service; backstop.toml(5) has its settings."};

constexpr auto kNotes = std::to_array<ManualNote>({
    {"", "ENVIRONMENT", "TZ", "The zone of the times that are shown and read; without it, this machine's."},
    kConfiguration,
    {"", "FILES", "/etc/backstop/keys",
     "The key file of tags and watermarks, as the example of the configuration names it."},
    {"", "FILES", "/var/lib/backstop",
     "The history, the ledger, the quarantine and the held store of the service, as that example names "
     "them."},
    {"serve", "SIGNALS", "SIGTERM, SIGINT",
     "No new sessions, and it ends once running transactions have ended. A second one ends it at once."},
    {"serve", "SIGNALS", "SIGHUP",
     "It reads the configuration and all that it names again, and opens the log anew. If there is a mistake, "
     "what runs goes on as it was."},
    {"serve", "SIGNALS", "SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE", "They are ignored."},
    {"serve", "ENVIRONMENT", "NOTIFY_SOCKET",
     "The socket of the supervisor, which is told of starts, reloads and stops."},
    {"serve", "ENVIRONMENT", "LISTEN_PID, LISTEN_FDS",
     "The listening sockets that the supervisor passes (systemd.socket(5)). Each is used for the \"listen\" "
     "that names its address."},
    {"serve", "FILES", "/etc/backstop/keys",
     "The key file, if [keys] names it. It must be its user's alone."},
    {"serve", "FILES", "/var/lib/backstop",
     "Where the example puts history.db, ledger.db (with its secrets in ledger.db.keys), quarantine.db and "
     "held.db."},
    {"serve", "FILES", "/var/log/backstop/backstop.log",
     "The log, if [log] names a file; else it goes to standard error."},
    {"setup", "FILES", "/var/lib/backstop/setup/setup.json", "What it did, for --undo."},
    {"setup", "FILES", "/etc/postfix/main.cf.backstop-DATE", "The copy of main.cf that it makes."},
    {"demo", "SIGNALS", "SIGINT, SIGTERM, SIGHUP", "They end it."},
    {"demo", "FILES", "backstop.toml, keys, history.db, backstop.log, mail, outside, forged.eml",
     "In its folder: a configuration for `backstop serve`, its keys, history and log, the Maildirs of Ann "
     "and "
     "of the outside world, and a mail to try."},
    {"history", "SIGNALS", "SIGINT", "It ends --follow."},
    {"man", "ENVIRONMENT", "MANPAGER, PAGER", "What man(1) shows a page with."},
    {"completion", "FILES", "/usr/share/bash-completion/completions/backstop",
     "Where an installation has the script, so that nothing needs to be sourced."},
});

}  // namespace

std::span<const ManualNote> manual_notes() {
  return kNotes;
}

const ManualNote& configuration_note() {
  return kConfiguration;
}

}  // namespace backstop::app
