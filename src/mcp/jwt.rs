//! JSON Web Tokens for an MCP server.

use super::ProtectedServer;
use crate::token::jwt::Jwt;

impl ProtectedServer {
    /// The settings of a JWT verifier that takes tokens of the authorization server for this
    /// server. Give it the server's keys.
    pub fn jwt(&self) -> Jwt {
        self.audiences().fold(Jwt::issuer(self.issuer.as_str()), Jwt::audience)
    }
}
