"""Where the tables of availability lie."""

from sqlalchemy import MetaData

tables = MetaData(schema="availability_v6")
