//! A private Apache httpd: its own port, folder and users, and nothing of the machine's.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;
use std::{env, fs};

use crate::client::output_of;

/// Running, and stopped when dropped.
#[derive(Debug)]
pub(crate) struct Apache {
    child: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Apache {
    pub(crate) fn start() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tower-auth-apache-{}-{count}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        // Started by root it becomes another user, who must be able to read this.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.join("page.txt"), "hello from Apache\n").unwrap();
        fs::write(folder.join("basic.users"), BASIC_USERS).unwrap();
        fs::write(folder.join("digest.users"), DIGEST_USERS).unwrap();

        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let configuration = folder.join("httpd.conf");
        fs::write(&configuration, self::configuration(&folder, address)).unwrap();
        // One process, so that none is left over when it is killed.
        let mut command = Command::new(program());
        command.arg("-X").arg("-DFOREGROUND").arg("-f").arg(&configuration);
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        let child = child.unwrap_or_else(|why| panic!("{MISSING}: {why}"));
        let mut apache = Self { child, folder, address };
        apache.wait();
        apache
    }

    fn wait(&mut self) {
        for _ in 0..200 {
            if TcpStream::connect(self.address).is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                let log = fs::read_to_string(self.folder.join("error.log")).unwrap_or_default();
                panic!("Apache does not start: {status}\n{log}");
            }
            sleep(Duration::from_millis(50));
        }
        panic!("Apache does not listen at {}", self.address);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// `Apache/2.4.62`
pub(crate) fn version() -> String {
    let text = output_of(Command::new(program()).arg("-v"), MISSING);
    let version = text.split_whitespace().find(|word| word.starts_with("Apache/"));
    version.unwrap_or("Apache").to_owned()
}

/// Where Debian has it is not on everybody's `PATH`.
fn program() -> &'static str {
    let path = "/usr/sbin/apache2";
    if Path::new(path).exists() { path } else { "apache2" }
}

fn configuration(folder: &Path, address: SocketAddr) -> String {
    let modules: String = MODULES
        .iter()
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
        .collect();
    CONFIGURATION
        .replace("{modules}", &modules)
        .replace("{folder}", &folder.display().to_string())
        .replace("{address}", &address.to_string())
}

const MISSING: &str = "the tests compare with Apache: run `apt-get install apache2-bin`";

const MODULES: [&str; 9] = [
    "mpm_event",
    "alias",
    "authn_core",
    "authn_file",
    "authz_core",
    "authz_user",
    "auth_basic",
    "auth_digest",
    "http2",
];

const CONFIGURATION: &str = r#"{modules}
ServerRoot "{folder}"
ServerName localhost
DefaultRuntimeDir "{folder}"
PidFile "{folder}/pid"
ErrorLog "{folder}/error.log"
Mutex pthread
Listen {address}
User www-data
Group www-data
Protocols h2c http/1.1
AllowEncodedSlashes NoDecode
AliasMatch "^/(basic|digest-md5)/" "{folder}/page.txt"

<Location "/basic/">
    AuthType Basic
    AuthName "passwords"
    AuthUserFile "{folder}/basic.users"
    Require valid-user
</Location>

<Location "/digest-md5/">
    AuthType Digest
    AuthName "passwords"
    AuthDigestProvider file
    AuthDigestDomain "/digest-md5/"
    AuthUserFile "{folder}/digest.users"
    Require valid-user
</Location>
"#;

/// `printf wonderland | openssl dgst -sha1 -binary | base64`
const BASIC_USERS: &str = r#"alice:{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=
Mufasa:{SHA}y/waJdy9m/a+D8VTRQ/e2awAzpQ=
test:{SHA}3m8bO/tDgaArYSgcIqJ7n+iSa/w=
empty:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=
colon:{SHA}cLzgnoJ6mP5qz3w+mwvPE2vDgu0=
Jäsøn Doe:{SHA}YgO7o92Gar75iU4eu6fqQd9MI6c=
quo"te\back:{SHA}HiolmLY9iuR5AZWC6UNIn9SqbNg=
"#;

/// `printf alice:passwords:wonderland | md5sum`
const DIGEST_USERS: &str = r#"alice:passwords:6ac304218331cda72f4781e96c24117a
Mufasa:passwords:7da097cb2023b77d299b9ce6984c4e2f
test:passwords:f51339c0bbee4e7b93b16e3a653dc66d
empty:passwords:b61cbfce8854c5d084d77df1f790d9a4
colon:passwords:e8ff8bfd3ca55903c8bc0ee53b22eeff
Jäsøn Doe:passwords:a53f8e6adaa1a9bd382f10388311dba5
quo"te\back:passwords:ae7ef473a5cb81d35004d41e939fdbfb
"#;
