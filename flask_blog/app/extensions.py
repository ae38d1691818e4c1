"""The extensions that views may use. Each is one object, bound by `create_app`."""

from flask_migrate import Migrate

from app.database import Base, Database
from app.mail import Mailer
from app.rate_limits import Limiter

# Models derive from Base itself and not from `db.Model`, which no type checker follows.
db = Database(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(directory="migrations")
limiter = Limiter()
mailer = Mailer()
