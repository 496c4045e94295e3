// The joe job of the demo: answers to spam that was sent in Ann's name, made of those in the sample mailbox.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "demo/mails.h"
#include "origin/key_ring.h"

namespace backstop::demo {

/// An answer as its sender delivers it: without the fields that the receiving server adds on top.
struct ForgedForm {
  std::string reverse_path;
  std::string text;
  bool is_certain_bounce = false;
};

/// Returns the responses of the mailbox that answer nothing that Ann wrote.
base::Result<std::vector<ForgedForm>> read_forged(const std::string& mailbox);

/// Returns `count` mails, each form several times and from other hosts. Most go to Ann's plain address; every
/// tenth to one with a tag that somebody guessed, every twentieth to one with a tag of three months ago.
std::vector<DemoMail> forge(const std::vector<ForgedForm>& forms, std::size_t count,
                            const origin::KeyRing& keys, std::chrono::sys_days today);

}  // namespace backstop::demo
