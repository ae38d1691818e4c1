"""The extensions that views may use. Each is one object, bound by `create_app`."""

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app.database import Base, Database
from app.live import UnitOfWork
from app.mail import Mailer
from app.rate_limits import Limiter

# Models derive from Base itself and not from `db.Model`, which no type checker follows.
db = Database(
    model_class=Base,
    session_options={"expire_on_commit": False, "class_": UnitOfWork},
    # For each of the two engines: what is beyond waits. Four workers then stay below
    # the 100 connections that PostgreSQL takes by default.
    engine_options={"pool_size": 10, "max_overflow": 0, "hide_parameters": True},
)
migrate = Migrate(directory="migrations")
login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter()
mailer = Mailer()
