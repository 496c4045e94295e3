#!/usr/bin/perl
# Mail::DeliveryStatus::BounceParser.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Passes;

Passes::needs('Mail::DeliveryStatus::BounceParser');
Passes::serve($Mail::DeliveryStatus::BounceParser::VERSION, sub {
    my ($mail) = @_;
    my $bounce = Mail::DeliveryStatus::BounceParser->new($mail);
    return [0, []] unless $bounce->is_bounce;
    return [1, [map { { address => $_->get('email'), status => $_->get('status') } } $bounce->reports]];
});
