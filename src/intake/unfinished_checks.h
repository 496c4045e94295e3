// The checks of a worker whose rows wait for their results, so that a stop leaves no row pending. Not
// thread-safe.
#pragma once

#include <boost/intrusive/list.hpp>

namespace backstop::intake {

class UnfinishedChecks {
  using Hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

 public:
  /// The checks of one mail; it leaves the list when it is destroyed.
  class Member : public Hook {
   public:
    virtual ~Member() = default;
    /// Records that nothing is known, unless the results have been recorded.
    virtual void give_up() = 0;

   private:
    friend UnfinishedChecks;
  };

  /// After end(), it is given up at once.
  void add(Member& member) {
    if (is_ended_) return member.give_up();
    if (!member.is_linked()) members_.push_back(member);
  }
  /// Gives all of them up: their loop is about to end.
  void end() {
    is_ended_ = true;
    while (!members_.empty()) {
      auto& one = members_.front();
      members_.pop_front();
      one.give_up();
    }
  }

 private:
  boost::intrusive::list<Member, boost::intrusive::base_hook<Hook>,
                         boost::intrusive::constant_time_size<false>>
      members_;
  bool is_ended_ = false;
};

}  // namespace backstop::intake
