// java.net.HttpURLConnection, with one authenticator a session.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.HttpURLConnection;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.List;

class UrlConnectionSteps {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        // Newer ones (25, not 17) have given up MD5, and say so in a setting.
        String disabled = Security.getProperty("http.auth.digest.disabledAlgorithms");
        boolean speaksMd5 = disabled == null || !disabled.contains("MD5");
        String algorithms = speaksMd5 ? "\"MD5\", \"SHA-256\"" : "\"SHA-256\"";
        String version = System.getProperty("java.version");
        OUT.println("{\"version\": \"" + version + "\", \"algorithms\": [" + algorithms + "]}");
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String session = "";
        Authenticator authenticator = null;
        for (String line; (line = input.readLine()) != null; ) {
            String[] call = line.split("\t", -1);
            if (!call[1].equals(session)) {
                session = call[1];
                authenticator = authenticator(call);
                CookieHandler.setDefault(new CookieManager());
            }
            Thread.sleep((long) (1000 * Double.parseDouble(call[10])));
            step(call, authenticator);
        }
    }

    static void step(String[] call, Authenticator authenticator) {
        try {
            var connection = (HttpURLConnection) URI.create(call[5]).toURL().openConnection();
            connection.setAuthenticator(authenticator);
            connection.setConnectTimeout(20_000);
            connection.setReadTimeout(20_000);
            for (String field : call[9].isEmpty() ? new String[0] : call[9].split("\\|")) {
                connection.setRequestProperty(field.split(": ", 2)[0], field.split(": ", 2)[1]);
            }
            if (call[4].equals("POST")) {
                connection.setDoOutput(true);
                connection.getOutputStream().write(call[8].getBytes(StandardCharsets.UTF_8));
            }
            int status = status(connection);
            var body = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            byte[] bytes = body == null ? new byte[0] : body.readAllBytes();
            var challenges = connection.getHeaderFields().getOrDefault("www-authenticate", List.of());
            say(call[0], status, new String(bytes, StandardCharsets.UTF_8), challenges);
        } catch (Exception why) {
            say(call[0], 0, why.toString(), List.of());
        }
    }

    /** After too many refusals it throws, and has the last status all the same. */
    static int status(HttpURLConnection connection) throws Exception {
        try {
            return connection.getResponseCode();
        } catch (java.net.ProtocolException why) {
            return connection.getResponseCode();
        }
    }

    static Authenticator authenticator(String[] call) {
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                boolean hasNone = call[3].equals("none");
                return hasNone ? null : new PasswordAuthentication(call[6], call[7].toCharArray());
            }
        };
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
