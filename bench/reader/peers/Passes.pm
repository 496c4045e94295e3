# The side of a peer in bench/reader/run, for Perl. See bench/reader/README.md for the lines that go back and forth.
package Passes;
use strict;
use warnings;
use JSON ();
use Time::HiRes qw(clock_gettime CLOCK_PROCESS_CPUTIME_ID);

# needs(Module, ...): loads them, or says which one is missing and ends.
sub needs {
    for my $module (@_) {
        (my $file = "$module.pm") =~ s{::}{/}g;
        next if eval { require $file };
        my $why = $@ =~ /\ACan't locate \Q$file\E/ ? "$module is not installed" : "$module does not load";
        say_line({ missing => $why });
        exit 0;
    }
}

# serve(VERSION, READ): READ takes a mail's text and returns [is a response, [recipient, ...], kind or undef].
sub serve {
    my ($version, $read) = @_;
    open my $list, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
    my @all = map { chomp; my ($mark, $path) = split /\t/, $_, 2; { mark => $mark, path => $path, text => slurp($path) } } <$list>;
    say_line({ ready => "$version" });

    while (defined(my $line = <STDIN>)) {
        chomp $line;
        my ($command, $mark) = split / /, $line;
        my @mails = grep { !defined $mark || $_->{mark} eq $mark } @all;
        if ($command eq 'pass') {
            my $begin = clock_gettime(CLOCK_PROCESS_CPUTIME_ID);
            $_->{found} = eval { $read->($_->{text}) } || [0, []] for @mails;
            say_line({ cpu => clock_gettime(CLOCK_PROCESS_CPUTIME_ID) - $begin, mails => scalar @mails });
        } elsif ($command eq 'results') {
            say_line(result($_->{path}, $_->{found} || [0, []])) for @mails;
            say_line({ end => JSON::true() });
        }
    }
}

sub result {
    my ($path, $found) = @_;
    my ($is_response, $recipients, $kind) = @$found;
    my %result = (file => $path, response => $is_response ? JSON::true() : JSON::false(), recipients => $recipients);
    $result{kind} = $kind if defined $kind;
    return \%result;
}

sub slurp {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar readline $file;
}

sub say_line {
    local $| = 1;
    print JSON->new->ascii->canonical->encode($_[0]), "\n";
}

1;
