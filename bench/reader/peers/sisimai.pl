#!/usr/bin/perl
# Sisimai, asked for everything that it can tell: failures, delays, deliveries and vacation replies.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Passes;

Passes::needs('Sisimai');
Passes::serve(Sisimai->version, sub {
    my ($mail) = @_;
    my $found = Sisimai->make(\$mail, delivered => 1, vacation => 1) || [];
    my @recipients = map { { address => $_->recipient->address, status => $_->deliverystatus } } @$found;
    return [scalar @recipients, \@recipients];
});
