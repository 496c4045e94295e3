// The mailbox that comes with the program, samples/joe-job.mbox: Ann's mail of four weeks, with one day on
// which spam was sent in her name. scripts/make-sample writes it.
#pragma once

#include <string>

#include "report/examiner.h"

namespace backstop::demo {

/// Returns its path; empty if it is not installed.
std::string find_sample();

/// Returns settings with the key that the tags in it were made with.
report::ExaminerSettings sample_settings();

}  // namespace backstop::demo
