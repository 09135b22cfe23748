// java.net.http.HttpClient, with one client a session. It speaks Basic only.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

class HttpClientSteps {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        OUT.println("{\"version\": \"" + System.getProperty("java.version") + "\"}");
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String session = "";
        HttpClient client = null;
        for (String line; (line = input.readLine()) != null; ) {
            String[] call = line.split("\t", -1);
            if (!call[1].equals(session)) {
                session = call[1];
                client = client(call);
            }
            Thread.sleep((long) (1000 * Double.parseDouble(call[10])));
            try {
                var request = HttpRequest.newBuilder(URI.create(call[5])).timeout(Duration.ofSeconds(10));
                for (String field : call[9].isEmpty() ? new String[0] : call[9].split("\\|")) {
                    request.header(field.split(": ", 2)[0], field.split(": ", 2)[1]);
                }
                if (call[4].equals("POST")) {
                    request.POST(HttpRequest.BodyPublishers.ofString(call[8]));
                }
                var got = client.send(request.build(), BodyHandlers.ofString());
                say(call[0], got.statusCode(), got.body(), got.headers().allValues("www-authenticate"));
            } catch (Exception why) {
                // What it throws instead of the last 401, after having sent the password four times.
                boolean isRefused = why.toString().contains("too many authentication attempts");
                say(call[0], isRefused ? 401 : 0, why.toString(), List.of());
            }
        }
        System.exit(0);
    }

    static HttpClient client(String[] call) {
        var builder = HttpClient.newBuilder()
            .version(call[2].equals("2") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager());
        if (!call[3].equals("none")) {
            builder.authenticator(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(call[6], call[7].toCharArray());
                }
            });
        }
        return builder.build();
    }

    static void say(String step, int status, String detail, List<String> challenges) {
        String text = detail.strip();
        text = text.substring(0, Math.min(text.length(), 200));
        String challenge = String.join(", ", challenges);
        OUT.println("{\"step\": \"" + step + "\", \"status\": " + status + ", \"detail\": \"" + quoted(text)
            + "\", \"challenge\": \"" + quoted(challenge) + "\"}");
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        for (char c : text.toCharArray()) {
            quoted.append(c < ' ' || c == '"' || c == '\\' || c > '~' ? String.format("\\u%04x", (int) c) : c);
        }
        return quoted.toString();
    }
}
