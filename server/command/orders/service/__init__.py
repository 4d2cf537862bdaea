"""What people do with work orders: one public function per verb of the glossary, by who does it."""
