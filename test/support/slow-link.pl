# A cable with a delay and a loss, for kernels without netem: joins two tap devices, which it
# makes, until it ends. Arguments: both devices, the delay of each frame in ms, the loss in
# percent. The same frames are lost in every run.
use strict;
use warnings;
use Time::HiRes qw(time);

my ($left, $right, $delay_ms, $loss_percent) = @ARGV;
my ($TUNSETIFF, $IFF_TAP, $IFF_NO_PI) = (0x400454ca, 0x0002, 0x1000);
srand(1);

sub open_tap {
    my ($name) = @_;
    open(my $tap, '+<', '/dev/net/tun') or die "/dev/net/tun: $!";
    ioctl($tap, $TUNSETIFF, pack('a16 S x22', $name, $IFF_TAP | $IFF_NO_PI)) or die "$name: $!";
    return $tap;
}

my @taps = (open_tap($left), open_tap($right));
my $watched = '';
vec($watched, fileno($_), 1) = 1 for @taps;
$| = 1;
print "ready\n";

my @under_way;    # [due, tap, frame], in order: the delay is the same for all
while (1) {
    my $wait = @under_way ? $under_way[0][0] - time : undef;
    $wait = 0 if defined $wait && $wait < 0;
    my $readable = $watched;
    if (select($readable, undef, undef, $wait) > 0) {
        for my $side (0, 1) {
            next unless vec($readable, fileno($taps[$side]), 1);
            next unless sysread($taps[$side], my $frame, 65536);
            next if rand(100) < $loss_percent;
            push @under_way, [ time + $delay_ms / 1000, $taps[ 1 - $side ], $frame ];
        }
    }
    while (@under_way && $under_way[0][0] <= time) {
        my ($due, $tap, $frame) = @{ shift @under_way };
        syswrite($tap, $frame);    # lost when the device is down
    }
}
