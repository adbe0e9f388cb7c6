#!/usr/bin/env perl
# Style: one process and select(2), the oldest way to serve many sockets, over one log.
# Wakes: select says which sockets can be read or written; nothing else waits.
# Slow client: its position in the log waits, and the rest of one write; when lapped, it
# loses the oldest.
# Gives up: each call looks at all descriptors; one core, and an interpreter on it.
# Run: perl select.pl 127.0.0.1:8080
use v5.20;
use warnings;
use IO::Select;
use IO::Socket::IP;
use Socket qw(IPPROTO_TCP SHUT_WR TCP_NODELAY);

use constant {
    CAPACITY => 16 << 20,     # bytes that the log keeps
    BATCH    => 256 << 10,    # bytes of a write, from which on no run is added
    BUFFER   => 16 << 10,     # bytes of a read
};

# The log: the newest runs of whole messages. Positions count runs from the beginning.
my (@runs, $first, $bytes);
($first, $bytes) = (0, 0);

my %clients;    # by descriptor

$SIG{PIPE} = 'IGNORE';
$| = 1;
my ($host, $port) = ($ARGV[0] // '') =~ /^(.+):(\d+)$/ or die "usage: select.pl ADDRESS\n";
my $listener = IO::Socket::IP->new(
    LocalHost => $host =~ s/[][]//gr,
    LocalPort => $port,
    Listen    => 4096,
    ReuseAddr => 1,
    Blocking  => 0,
) or die "Cannot listen: $@\n";
say "listening on $host:", $listener->sockport;

my $readers = IO::Select->new($listener);
my $writers = IO::Select->new;    # those whose sockets are full
while (1) {
    my ($readable, $writable) = IO::Select->select($readers, $writers) or next;
    my $before = $first + @runs;
    for my $socket (@$readable) {
        $socket == $listener ? accept_all() : receive($clients{ fileno $socket });
    }
    $writers->remove(@$writable);
    my $is_new = $first + @runs > $before;
    my @due = $is_new ? values %clients : map { $clients{ fileno $_ } } @$writable;
    for my $client (@due) {
        send_next($client) unless $writers->exists($client->{socket});
    }
}

sub accept_all {
    while (my $socket = $listener->accept) { join_in($socket) }
    select undef, undef, undef, 0.01 unless $!{EAGAIN};    # no descriptor is free
}

sub join_in {
    my ($socket) = @_;
    $socket->blocking(0);
    $socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    $readers->add($socket);
    $clients{ fileno $socket } =
        { socket => $socket, begun => '', rest => '', at => $first + @runs };
}

# Appends the whole messages of what a client sends; at its end it is sent the rest.
sub receive {
    my ($client) = @_;
    my $n = sysread $client->{socket}, $client->{begun}, BUFFER, length $client->{begun};
    return if !defined $n && ($!{EAGAIN} || $!{EINTR});
    if (!$n) {
        $readers->remove($client->{socket});
        $client->{end} = $first + @runs;
        return $writers->add($client->{socket});
    }
    my ($at, $next) = (0, 0);
    while ($at < length $client->{begun}) {
        $next = $at + 1 + ord substr $client->{begun}, $at, 1;
        last if $next > length $client->{begun};
        $at = $next;
    }
    return if $at == 0;
    push @runs, substr $client->{begun}, 0, $at, '';
    for ($bytes += $at; $bytes > CAPACITY; $first++) { $bytes -= length shift @runs }
}

# Sends a client what it has not got, as far as its socket takes it.
sub send_next {
    my ($client) = @_;
    while (1) {
        if ($client->{rest} eq '') {
            $client->{at} = $first if $client->{at} < $first;    # it was lapped
            my $end = $client->{end} // $first + @runs;
            while ($client->{at} < $end && length $client->{rest} < BATCH) {
                $client->{rest} .= $runs[ $client->{at}++ - $first ];
            }
            return if $client->{rest} eq '' && !defined $client->{end};
            return leave($client) if $client->{rest} eq '';
        }
        my $n = syswrite $client->{socket}, $client->{rest};
        if (!defined $n) {
            return $writers->add($client->{socket}) if $!{EAGAIN} || $!{EINTR};
            return leave($client);
        }
        substr $client->{rest}, 0, $n, '';
    }
}

sub leave {
    my ($client) = @_;
    my $socket = $client->{socket};
    delete $clients{ fileno $socket };
    $readers->remove($socket);
    shutdown $socket, SHUT_WR;
    close $socket;
}
