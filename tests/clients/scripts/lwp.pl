# libwww-perl, with one user agent a session.

use strict;
use warnings;
use utf8;
use Encode qw(decode);
use HTTP::Request;
use JSON::PP;
use LWP::UserAgent;

# Asked for each challenge, where `credentials` wants to know the realm before.
package Agent {
    our @ISA = ("LWP::UserAgent");
    sub get_basic_credentials { my $agent = shift; return @{ $agent->{user_and_password} } }
}

my $json = JSON::PP->new->utf8->canonical;
sub say_json { print $json->encode({@_}), "\n" }

$| = 1;
say_json(version => $LWP::VERSION);
my ($agent, $session) = (undef, "");
binmode STDIN, ":encoding(UTF-8)";
while (my $line = <STDIN>) {
    chomp $line;
    my ($id, $next, undef, $scheme, $method, $url, $user, $password, $body, $fields, $wait) =
        split /\t/, $line, -1;
    select undef, undef, undef, $wait if $wait;
    if ($next ne $session) {
        $session = $next;
        $agent = Agent->new(keep_alive => 1, timeout => 20, env_proxy => 0, cookie_jar => {});
        $agent->{user_and_password} = $scheme eq "none" ? [] : [$user, $password];
    }
    my $request = HTTP::Request->new($method, $url);
    $request->header(split /: /, $_, 2) for split /\|/, $fields;
    $request->content($body) if length $body;
    my $got = $agent->request($request);
    # A connection that failed is a 500 of LWP's own.
    my $ours = ($got->header("Client-Warning") // "") eq "Internal response";
    my $text = $ours ? $got->status_line : substr($got->content, 0, 200);
    $text = decode("UTF-8", $text);
    $text =~ s/\s+\z//;
    my $challenge = join ", ", $got->header("WWW-Authenticate");
    my $status = $ours ? 0 : 0 + $got->code;
    say_json(step => $id, status => $status, detail => $text, challenge => $challenge);
}
