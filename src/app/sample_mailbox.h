// The mailbox that comes with the program, samples/joe-job.mbox: Ann's mail of four weeks, with one day on
// which spam was sent in her name. scripts/make-sample writes it.
#pragma once

#include <string>

#include "app/command.h"
#include "app/examiner.h"

namespace backstop::app {

/// Its path; empty where it is not installed.
std::string find_sample();

/// With the key that the tags in it were made with.
ExaminerSettings sample_settings();

/// What `backstop scan` finds in it, with an introduction.
void scan_sample(CommandContext& context);

}  // namespace backstop::app
