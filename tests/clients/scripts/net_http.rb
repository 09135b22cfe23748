# Net::HTTP of Ruby, with one connection a session; for Digest the gem net-http-digest_auth.

require "json"
require "net/http"
require "net/http/digest_auth"

$stdout.sync = true
Encoding.default_external = Encoding::UTF_8

def say(what) = puts(JSON.generate(what))

def request(method, url, fields, body)
  request = Net::HTTP.const_get(method.capitalize).new(url)
  fields.split("|").each { |field| name, value = field.split(": ", 2); request[name] = value }
  request.body = body unless body.empty?
  request
end

# The gem answers a challenge; which one, and asking again, is up to the program, as in its own
# example.
def answer_digest(http, digest, url, asked, got)
  return got unless got.code == "401"
  challenges = got.get_fields("www-authenticate").select { |one| one.start_with?("Digest") }
  challenges.each do |challenge|
    asked["authorization"] = digest.auth_header(url, challenge, asked.method)
    return http.request(asked)
  rescue Net::HTTP::DigestAuth::Error
    next # an algorithm that it does not know
  end
  got
end

say(version: RUBY_VERSION)
lines = $stdin.readlines(chomp: true).map { |line| line.split("\t", -1) }
lines.chunk_while { |one, other| one[1] == other[1] }.each do |session|
  first = URI(session[0][5])
  Net::HTTP.start(first.host, first.port, nil, read_timeout: 20) do |http|
    digest, jar = Net::HTTP::DigestAuth.new, nil
    session.each do |id, _, _, scheme, method, url, user, password, body, fields, wait|
      sleep(wait.to_f)
      url = URI(url)
      # Where the gem looks for them.
      login = [user, password].map { |text| URI.encode_www_form_component(text).gsub("+", "%20") }
      url.user, url.password = login unless scheme == "none"
      ask = -> { request(method, url, fields, body).tap { |asked| asked["cookie"] = jar if jar } }
      asked = ask.call
      asked.basic_auth(user, password) if scheme == "basic"
      got = http.request(asked)
      got = answer_digest(http, digest, url, ask.call, got) if %w[digest any].include?(scheme)
      jar = got["set-cookie"].split(";").first if got["set-cookie"]
      text = got.body.to_s.dup.force_encoding("UTF-8").strip[0, 200]
      challenge = got.get_fields("www-authenticate").to_a.join(", ")
      say(step: id, status: got.code.to_i, detail: text, challenge: challenge)
    rescue StandardError => why
      say(step: id, status: 0, detail: "#{why.class}: #{why.message}"[0, 200])
    end
  end
end
