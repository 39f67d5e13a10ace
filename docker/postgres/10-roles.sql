-- Two roles and the database, made by the first start of the container `postgres`.
--
-- The owner runs migrations and nothing else. The web role reads and writes rows: it cannot drop or disable a trigger
-- that keeps history, change a table, or empty one, since it owns nothing and TRIGGER and TRUNCATE are not granted.

\set ON_ERROR_STOP on
\set owner_password `cat "$ZENREI_OWNER_PASSWORD_FILE"`
\set web_password `cat "$ZENREI_WEB_PASSWORD_FILE"`

CREATE ROLE zenrei_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE zenrei_web LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'web_password';
-- pg_trgm is a trusted extension: owning the database is enough to create it.
CREATE DATABASE zenrei OWNER zenrei_owner;
REVOKE ALL ON DATABASE zenrei FROM PUBLIC;
GRANT CONNECT ON DATABASE zenrei TO zenrei_web;

\connect zenrei
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO zenrei_web;
ALTER DEFAULT PRIVILEGES FOR ROLE zenrei_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO zenrei_web;
ALTER DEFAULT PRIVILEGES FOR ROLE zenrei_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO zenrei_web;
