#!/usr/bin/perl
# SpamAssassin with the rules of its VBounce plugin and no others, no network and no state. It tells that a mail is a
# response and of which of three sorts, but no recipients.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Passes;

my $rules = '/usr/share/spamassassin/20_vbounce.cf';
Passes::needs('Mail::SpamAssassin');
if (!-r $rules) {
    Passes::say_line({ missing => "$rules is not there" });
    exit 0;
}

# A relay has to be named, or the rules do nothing; no mail came through this one, so that no bounce is excused.
my $assassin = Mail::SpamAssassin->new({
    config_text => join("\n",
        'loadplugin Mail::SpamAssassin::Plugin::Check', 'loadplugin Mail::SpamAssassin::Plugin::VBounce',
        'use_bayes 0', 'use_auto_welcomelist 0', 'skip_rbl_checks 1', 'dns_available no',
        'welcomelist_bounce_relays relay.invalid', Passes::slurp($rules), ''),
    rules_filename => '', site_rules_filename => '', userprefs_filename => '/dev/null',
    dont_copy_prefs => 1, local_tests_only => 1,
});
$assassin->compile_now(0, 0);

Passes::serve(Mail::SpamAssassin::Version(), sub {
    my ($mail) = @_;
    my $message = $assassin->parse($mail, 1);
    my $status = $assassin->check($message);
    my %hit = map { $_ => 1 } split /,/, $status->get_names_of_tests_hit . ',' . $status->get_names_of_subtests_hit;
    $status->finish;
    $message->finish;
    my $kind = $hit{CRBOUNCE_MESSAGE} ? 'challenge' : $hit{VBOUNCE_MESSAGE} ? 'filter-notice' : $hit{BOUNCE_MESSAGE} ? 'dsn-failed' : undef;
    return [$hit{ANY_BOUNCE_MESSAGE}, [], $kind];
});
