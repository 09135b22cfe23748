//! JSON Web Tokens for an MCP server.

use super::ProtectedServer;
use crate::token::jwt::Jwt;

impl ProtectedServer {
    /// The settings of a JWT verifier that takes tokens of the authorization server for this
    /// server, and no others. Give it the keys of the authorization server; and, where that one
    /// makes tokens by RFC 9068, `.require_type("at+jwt")`.
    pub fn jwt(&self) -> Jwt {
        self.audiences().fold(Jwt::issuer(self.authorization_server()), Jwt::audience)
    }
}
